import type { Texts } from '../index.ts';

const texts: Texts['problems'] = {
  unreachable: '서버에 연결할 수 없습니다. 연결을 확인하고 다시 시도하세요.',
  unknown: '문제가 생겼습니다.',
  unreadable: '파일을 읽을 수 없습니다. 옮겨졌거나 지워졌을 수 있습니다.',
  not_found: '찾을 수 없습니다. 지워졌을 수 있습니다.',
  gone: '이미 끝났습니다.',
  forbidden: '권한이 없습니다.',
  unauthorized: '먼저 로그인하세요.',
  identity_required: '브라우저가 신원을 저장하지 못했습니다. 쿠키를 허용하고 다시 시도하세요.',
  quota_exceeded: '저장 공간이 가득 찼습니다. 필요 없는 그림을 지우세요.',
  payload_too_large: '파일이 너무 큽니다.',
  unsupported_type: 'PNG, JPEG, WebP 그림만 저장할 수 있습니다.',
  undecodable_image: '손상되어 읽을 수 없는 그림입니다.',
  image_too_large: '그림의 픽셀 수가 너무 많습니다.',
  rate_limited: '요청이 너무 많습니다. 잠시 기다려 주세요.',
  overloaded: '서버가 바쁩니다. 잠시 뒤 다시 시도하세요.',
  draining: '서버를 다시 시작하고 있습니다. 잠시 뒤 다시 시도하세요.',
  disk_full: '서버의 디스크가 가득 차서 아무것도 저장하지 않았습니다.',
  io_error: '서버의 디스크에 오류가 있습니다. 잃어버린 것은 없습니다.',
  precondition_failed: '그사이 다른 곳에서 바뀌었습니다.',
};

export default texts;
