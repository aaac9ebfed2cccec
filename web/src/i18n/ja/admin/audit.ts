import type en from '../../en/admin/audit.ts';
import type { Shape } from '../../index.ts';

const texts: Shape<typeof en> = {
  audit: {
    title: '監査ログ',
    about: '他人の画像を扱える者が行ったことと、画像を見た日時です。',
    user: 'ユーザー',
    userHelp: '名前全体を入力してください。空欄は全員です。',
    empty: '記録はありません。',
    who: '誰が',
    what: '操作',
    detail: '詳細',
    everybody: '全員',
  },
  actors: { admin: '管理者', service: 'パイプライン', job: '定期ジョブ', owner: 'ユーザー本人' },
  actions: {
    view: '閲覧した',
    trash: 'ゴミ箱に移した',
    restore: '復元した',
    purge: 'ゴミ箱を空にした',
    transfer: 'すべてを別のユーザーに移した',
    quota: '制限を変更した',
    quotaTrash: '容量がいっぱいのため、古い画像をゴミ箱に移した',
    runJob: 'ジョブを実行した',
    verify: '破損を検査した',
    thumbnails: 'サムネイルを作り直した',
    reindex: '目録とディスクを一致させた',
    restoreBackup: 'バックアップから復元した',
    recoveryCode: '復旧コードを作成した',
    recover: '復旧コードで入った',
    erase: 'ユーザーを消去した',
    export: 'ユーザーを書き出した',
    sessionBegin: 'ログインした',
    sessionEnd: 'ログアウトした',
  },
};

export default texts;
