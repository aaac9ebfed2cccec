import type { Texts } from '../index.ts';

const texts: Texts['inputs'] = {
  title: '입력',
  about: '작업의 출발점이 되는 그림입니다. 이 페이지 아무 곳에나 파일을 끌어다 놓거나 붙여 넣으세요.',
  add: '그림 추가',
  dropHere: '놓으면 입력에 추가됩니다',
  dropZone: '끌어다 놓거나 붙여 넣어 그림 추가',
  emptyTitle: '아직 입력이 없습니다',
  emptyText:
    'PNG, JPEG, WebP 파일을 추가하세요. 버튼을 누르거나, 이 페이지에 끌어다 놓거나, 붙여 넣으면 됩니다. 갤러리의 그림은 ‘입력으로 사용’을 누르면 여기에 들어옵니다.',
  uploads: '업로드',
  uploadSummary_one: '파일 {{count, number}}개 중 {{stored}}개 저장, {{failed}}개 실패',
  uploadSummary_other: '파일 {{count, number}}개 중 {{stored}}개 저장, {{failed}}개 실패',
  ofBytes: '{{total}} 중 {{sent}}',
  waiting: '대기 중',
  storing: '저장하는 중…',
  stored: '저장됨',
  wasThere: '이미 있던 그림',
  cancelled: '취소됨',
  cancelAll: '모두 취소',
  cancelFile: '{{name}} 취소',
  retryFailed: '실패한 파일 다시 시도',
  retryFile: '{{name}} 다시 보내기',
  andMore_one: '외 {{count, number}}개.',
  andMore_other: '외 {{count, number}}개.',
  noFiles: '파일이 들어 있지 않습니다.',
  tooMany: '처음 {{number}}개 파일만 받았습니다. 나머지는 그다음에 추가하세요.',
  unreadable: '끌어다 놓은 것을 읽을 수 없습니다.',
};

export default texts;
