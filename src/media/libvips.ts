import sharp from 'sharp';

// Once a process: between the two calls nothing loads, which a decode that already runs would notice.
let hardened = false;

const ALLOWED = ['VipsForeignLoadPng', 'VipsForeignLoadJpeg', 'VipsForeignLoadWebp'];

/**
 * Makes the libvips of this process fit for strangers' bytes: every loader but PNG, JPEG and WebP is blocked, so
 * that an SVG, TIFF or PDF never meets its parser, whatever it is called. One thread a picture (processes are the
 * parallelism) and no cache of operations (no picture comes twice). Process-wide by libvips' nature; safe to repeat.
 */
export function hardenLibvips(): void {
  if (hardened) return;
  hardened = true;
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: ALLOWED });
  sharp.concurrency(1);
  sharp.cache(false);
}
