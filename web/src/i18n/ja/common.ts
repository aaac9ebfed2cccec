import type { Texts } from '../index.ts';

const texts: Texts['common'] = {
  skip: '本文へ移動',
  mainNavigation: 'メインメニュー',
  menu: 'その他',
  close: '閉じる',
  cancel: 'キャンセル',
  undo: '元に戻す',
  stop: '中止',
  progress: '進捗',
  ofAll: '{{total}}枚中{{done}}枚',
  retry: 'もう一度試す',
  loading: '読み込み中…',
  copied: 'コピーしました。',
  copyFailed: 'コピーできませんでした。選択して手動でコピーしてください。',
  theme: '外観',
  themeSystem: 'システムに合わせる',
  themeLight: 'ライト',
  themeDark: 'ダーク',
  language: '言語',
  broken: '表示できませんでした。',
  brokenText:
    'ページの一部を読み込めませんでした。サーバーに接続できないか、サーバーがこのページより新しくなった可能性があります。',
  reload: 'ページを再読み込み',
  notFound: 'ここには何もありません。',
  toGallery: '自分の画像へ',
  noConnection: '接続なし：{{time}}時点の表示です。再接続中…',
};

export default texts;
