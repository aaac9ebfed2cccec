import type en from '../../en/admin/audit.ts';
import type { Shape } from '../../index.ts';

const texts: Shape<typeof en> = {
  audit: {
    title: '감사 기록',
    about: '다른 사람의 그림을 다룰 수 있는 이들이 한 일과 그림을 본 때입니다.',
    user: '사용자',
    userHelp: '이름 전체를 입력하세요. 비워 두면 모두입니다.',
    empty: '기록이 없습니다.',
    who: '누가',
    what: '한 일',
    detail: '자세히',
    everybody: '모두',
  },
  actors: { admin: '관리자', service: '파이프라인', job: '정기 작업', owner: '사용자 본인' },
  actions: {
    view: '그림을 봄',
    trash: '휴지통으로 옮김',
    restore: '복원함',
    purge: '휴지통을 비움',
    transfer: '모두 다른 사용자에게 옮김',
    quota: '한도를 바꿈',
    quotaTrash: '공간이 가득 차서 오래된 그림을 휴지통으로 옮김',
    runJob: '작업을 실행함',
    verify: '손상을 찾음',
    thumbnails: '미리보기를 다시 만듦',
    reindex: '목록과 디스크를 맞춤',
    restoreBackup: '백업에서 되살림',
    recoveryCode: '복구 코드를 만듦',
    recover: '복구 코드로 들어옴',
    erase: '사용자를 완전히 지움',
    export: '사용자를 내보냄',
    sessionBegin: '로그인함',
    sessionEnd: '로그아웃함',
  },
};

export default texts;
