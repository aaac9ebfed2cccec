import type { ByteSource } from '../byte-source.ts';
import { looseText, startsWithText, utf8Text } from './bytes.ts';
import type { Collector } from './collector.ts';
import { addExif } from './exif-texts.ts';
import { type Segment, walkJpeg } from './jpeg-segments.ts';
import type { Window } from './window.ts';
import { addXmp } from './xmp.ts';

const APP1 = 0xe1;
const COM = 0xfe;
/** What an APP1 with XMP begins with (XMP specification, part 3, 1.1.3). Extended XMP is left out. */
const XMP_LEAD = 'http://ns.adobe.com/xap/1.0/\0';
const EXIF_LEAD = 'Exif\0\0';

/** Collects EXIF, XMP and comments of a JPEG; all stand in front of its first scan. */
export async function readJpegText(source: ByteSource, into: Collector): Promise<void> {
  const stop = await walkJpeg(source, (segment, window) =>
    segment.marker === APP1 || segment.marker === COM ? readSegment(segment, window, into) : undefined,
  );
  if (stop === undefined) into.warn('The file is cut short.');
}

async function readSegment({ marker, start, length }: Segment, window: Window, into: Collector) {
  if (!into.budget.take(length)) {
    into.warn('A segment is past the limits and was left out.');
    return;
  }
  const data = await window.get(start, length);
  if (marker === COM) into.add('comment', looseText(data), 'comment');
  else if (startsWithText(data, EXIF_LEAD)) addExif(data, into);
  else if (startsWithText(data, XMP_LEAD)) addXmp(utf8Text(data.subarray(XMP_LEAD.length)), into);
}
