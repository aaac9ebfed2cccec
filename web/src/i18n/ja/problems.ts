import type { Texts } from '../index.ts';

const texts: Texts['problems'] = {
  unreachable: 'サーバーに接続できません。接続を確認して、もう一度お試しください。',
  unknown: '問題が発生しました。',
  unreadable: 'ファイルを読み込めません。移動または削除された可能性があります。',
  not_found: '見つかりません。すでに削除された可能性があります。',
  gone: 'すでに終了しています。',
  forbidden: 'この操作は許可されていません。',
  unauthorized: '先にログインしてください。',
  identity_required: 'ブラウザーがIDを保存できませんでした。Cookieを許可して、もう一度お試しください。',
  quota_exceeded: '保存容量がいっぱいです。不要な画像を削除してください。',
  payload_too_large: 'ファイルが大きすぎます。',
  unsupported_type: '保存できるのはPNG、JPEG、WebPの画像だけです。',
  undecodable_image: '画像が壊れていて読み込めません。',
  image_too_large: '画像の画素数が多すぎます。',
  rate_limited: 'リクエストが多すぎます。少しお待ちください。',
  overloaded: 'サーバーが混み合っています。少し待ってからお試しください。',
  draining: 'サーバーを再起動しています。少し待ってからお試しください。',
  disk_full: 'サーバーのディスクがいっぱいです。何も保存されていません。',
  io_error: 'サーバーのディスクに障害があります。失われたものはありません。',
  precondition_failed: 'その間に別の場所で変更されました。',
};

export default texts;
