import type { Texts } from '../index.ts';

const texts: Texts['common'] = {
  skip: '본문으로 건너뛰기',
  mainNavigation: '주 메뉴',
  menu: '더 보기',
  close: '닫기',
  cancel: '취소',
  undo: '되돌리기',
  stop: '중지',
  progress: '진행',
  ofAll: '{{total}}장 중 {{done}}장',
  retry: '다시 시도',
  loading: '불러오는 중…',
  copied: '복사했습니다.',
  copyFailed: '복사하지 못했습니다. 직접 선택해서 복사하세요.',
  theme: '화면 모드',
  themeSystem: '시스템 설정',
  themeLight: '밝게',
  themeDark: '어둡게',
  language: '언어',
  broken: '화면을 표시하지 못했습니다.',
  brokenText:
    '페이지의 일부를 불러오지 못했습니다. 서버에 연결할 수 없거나 서버가 이 페이지보다 새 버전일 수 있습니다.',
  reload: '페이지 새로 고침',
  notFound: '여기에는 아무것도 없습니다.',
  toGallery: '내 그림으로 가기',
  noConnection: '연결 끊김: {{time}} 기준 화면입니다. 다시 연결하는 중…',
};

export default texts;
