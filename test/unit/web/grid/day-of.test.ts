import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { dayOf } from '../../../../web/src/grid/day-of.ts';

const zone = process.env['TZ'];

afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

describe('the day of a moment', () => {
  it.each(['UTC', 'Asia/Seoul', 'America/St_Johns', 'Pacific/Kiritimati'])(
    'is the one on a calendar in %s',
    (timeZone) => {
      process.env['TZ'] = timeZone;
      const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
      const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone, ...parts });
      const moment = fc.date({
        min: new Date('1980-01-01'),
        max: new Date('2090-01-01'),
        noInvalidDate: true,
      });
      fc.assert(
        fc.property(moment, (at) => {
          expect(dayOf(at.toISOString())).toBe(calendar.format(at));
        }),
      );
    },
  );
});
