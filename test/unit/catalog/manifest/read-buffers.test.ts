import { describe, expect, it } from 'vitest';
import { createReadBuffers } from '../../../../src/catalog/manifest/read-buffers.ts';

describe('buffers on loan', () => {
  it('are lent again when the last holder is done', () => {
    const buffers = createReadBuffers();
    const loan = buffers.lend(50_000);
    loan.holders = 2;
    expect(loan.bytes.length).toBeGreaterThanOrEqual(50_000);
    loan.done();
    expect(buffers.lend(50_000).bytes).not.toBe(loan.bytes);
    loan.done();
    expect(buffers.lend(40_000).bytes).toBe(loan.bytes);
    expect(buffers.lend(40_000).bytes).not.toBe(loan.bytes);
  });

  it('are never too short, nor kept when they are very long', () => {
    const buffers = createReadBuffers();
    for (const length of [1, 16_384, 16_385, 262_144, 3_000_000]) {
      const loan = buffers.lend(length);
      expect(loan.bytes.length).toBeGreaterThanOrEqual(length);
      loan.holders = 1;
      loan.done();
    }
    const lengths = Array.from({ length: 6 }, () => buffers.lend(1).bytes.length);
    expect(Math.max(...lengths)).toBe(262_144);
  });

  it('are kept up to a number, the longest first', () => {
    const buffers = createReadBuffers(2);
    const loans = [100_000, 20_000, 200_000].map((length) => buffers.lend(length));
    for (const loan of loans) {
      loan.holders = 1;
      loan.done();
    }
    const again = [buffers.lend(1), buffers.lend(1)].map(({ bytes }) => bytes);
    expect(again).toContain(loans[0]?.bytes);
    expect(again).toContain(loans[2]?.bytes);
  });
});
