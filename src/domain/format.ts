/** The types we accept, and the one extension each is stored under. The decode decides, never the client. */
export const FORMATS = [
  { mime: 'image/png', ext: 'png' },
  { mime: 'image/jpeg', ext: 'jpg' },
  { mime: 'image/webp', ext: 'webp' },
] as const;

export type Mime = (typeof FORMATS)[number]['mime'];

export const THUMB_EXTS = ['webp', 'jpg'] as const;
export type ThumbExt = (typeof THUMB_EXTS)[number];

export const MIME_OF_THUMB: { readonly [ext in ThumbExt]: Mime } = { webp: 'image/webp', jpg: 'image/jpeg' };

/** Extensions an original may carry on disk; `jpeg` only in trees that the earlier system wrote. */
export const ORIGINAL_EXTS = ['png', 'jpg', 'webp', 'jpeg'] as const;
export type OriginalExt = (typeof ORIGINAL_EXTS)[number];

export function extOf(mime: Mime): OriginalExt {
  for (const format of FORMATS) if (format.mime === mime) return format.ext;
  throw new RangeError(`no extension for ${mime}`);
}

export function mimeOf(ext: string): Mime | undefined {
  if (ext === 'jpeg') return 'image/jpeg';
  return FORMATS.find((format) => format.ext === ext)?.mime;
}

export function isMime(text: string): text is Mime {
  return FORMATS.some((format) => format.mime === text);
}
