import type en from '../../en/admin/frame.ts';
import type { Shape } from '../../index.ts';

const texts: Shape<typeof en> = {
  title: '관리',
  navigation: '관리 메뉴',
  signOut: '로그아웃',
  pages: {
    users: '사용자',
    recent: '최근 그림',
    trash: '휴지통',
    quotas: '할당량',
    jobs: '작업',
    maintenance: '유지 관리',
    storage: '저장소',
    audit: '감사 기록',
    why: '그림 진단',
  },
  signIn: {
    title: '관리',
    about:
      '서버의 ADMIN_TOKEN으로 로그인하세요. 토큰은 이 브라우저에 저장되지 않으며, 마지막으로 쓴 지 한 시간이 지나면 로그아웃됩니다.',
    ended: '세션이 끝났습니다. 다시 로그인하면 보던 곳에서 이어집니다.',
    token: '관리자 토큰',
    action: '로그인',
    wrong: '관리자 토큰이 아닙니다.',
    tooMany_one: '이곳에서 틀린 토큰이 너무 많이 입력되었습니다. 1분 뒤 다시 시도하세요.',
    tooMany_other: '이곳에서 틀린 토큰이 너무 많이 입력되었습니다. {{count}}분 뒤 다시 시도하세요.',
  },
  list: {
    pages: '목록의 쪽',
    before: '이전',
    after: '다음',
    pageOf: '{{last}}쪽 중 {{page}}쪽',
    more_one: '외 {{count}}개',
    more_other: '외 {{count}}개',
    showMore_one: '{{count}}개 더 보기',
    showMore_other: '더 보기({{count}}개)',
  },
  columns: { user: '사용자', pictures: '그림 수', size: '크기', when: '때' },
  kinds: { guest: '손님', member: '회원' },
  kindNames: { generated: '생성한 그림', input: '입력', control: '컨트롤 이미지' },
  families: { images: '생성한 그림', inputs: '입력', controls: '컨트롤 이미지' },
  status: { all: '모두', active: '보관 중', trash: '휴지통에 있음' },
};

export default texts;
