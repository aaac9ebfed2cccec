import type en from '../../en/admin/frame.ts';
import type { Shape } from '../../index.ts';

const texts: Shape<typeof en> = {
  title: '管理',
  navigation: '管理メニュー',
  signOut: 'ログアウト',
  pages: {
    users: 'ユーザー',
    recent: '最新の画像',
    trash: 'ゴミ箱',
    quotas: '容量制限',
    jobs: 'ジョブ',
    maintenance: 'メンテナンス',
    storage: 'ストレージ',
    audit: '監査ログ',
    why: '画像の診断',
  },
  signIn: {
    title: '管理',
    about:
      'サーバーのADMIN_TOKENでログインしてください。トークンはこのブラウザーに保存されず、最後の操作から1時間でログアウトします。',
    ended: 'セッションが終了しました。もう一度ログインすると、元の画面から続けられます。',
    token: '管理者トークン',
    action: 'ログイン',
    wrong: '管理者トークンが違います。',
    tooMany_one: '誤ったトークンが多すぎます。1分ほど待ってから、もう一度お試しください。',
    tooMany_other: '誤ったトークンが多すぎます。{{count}}分ほど待ってから、もう一度お試しください。',
  },
  list: {
    pages: '一覧のページ',
    before: '前へ',
    after: '次へ',
    pageOf: '{{page}} / {{last}} ページ',
    more_one: 'ほか{{count}}件',
    more_other: 'ほか{{count}}件',
    showMore_one: 'さらに{{count}}件を表示',
    showMore_other: 'さらに表示（残り{{count}}件）',
  },
  columns: { user: 'ユーザー', pictures: '画像数', size: 'サイズ', when: '日時' },
  kinds: { guest: 'ゲスト', member: 'メンバー' },
  kindNames: { generated: '生成画像', input: '入力', control: 'コントロール画像' },
  families: { images: '生成画像', inputs: '入力', controls: 'コントロール画像' },
  status: { all: 'すべて', active: '保存中', trash: 'ゴミ箱の中' },
};

export default texts;
