import type { QuotaPolicy } from '../types.ts';
import type { OwnLimits } from './use-user-quota.ts';

/** As it is typed: '' is as for everybody, 0 is no limit. Bytes in megabytes, decimal as in every setting. */
export interface LimitsDraft {
  readonly bytes: string;
  readonly count: string;
  readonly trash: string;
  readonly policy: QuotaPolicy | 'default';
}

const MEGABYTE = 1_000_000;

export function draftOf(own: OwnLimits): LimitsDraft {
  const { max_bytes: bytes, max_count: count, trash_max_bytes: trash, policy } = own;
  return {
    bytes: shown(bytes, MEGABYTE),
    count: shown(count, 1),
    trash: shown(trash, MEGABYTE),
    policy: policy ?? 'default',
  };
}

function shown(limit: number | null | undefined, unit: number): string {
  if (limit === undefined) return '';
  return String((limit ?? 0) / unit);
}

/** The number that was typed; undefined for '', NaN for what is none. */
export function amountOf(text: string): number | undefined {
  const plain = text.trim().replace(',', '.');
  if (plain === '') return undefined;
  return /^\d{1,12}(\.\d{1,6})?$/.test(plain) ? Number(plain) : Number.NaN;
}

export function isSound({ bytes, count, trash }: LimitsDraft): boolean {
  return isAmount(bytes, 'bytes') && isAmount(count, 'count') && isAmount(trash, 'trash');
}

export function isAmount(text: string, of: 'bytes' | 'count' | 'trash'): boolean {
  const amount = amountOf(text) ?? 0;
  return of === 'count' ? Number.isSafeInteger(amount) : Number.isSafeInteger(Math.round(amount * MEGABYTE));
}

/** What the server is asked for: what is not said is as for everybody. */
export function limitsOf({ bytes, count, trash, policy }: LimitsDraft): OwnLimits {
  return {
    ...member('max_bytes', amountOf(bytes), MEGABYTE),
    ...member('max_count', amountOf(count), 1),
    ...member('trash_max_bytes', amountOf(trash), MEGABYTE),
    ...(policy === 'default' ? {} : { policy }),
  };
}

function member<N extends string>(name: N, amount: number | undefined, unit: number) {
  return amount === undefined ? {} : { [name]: Math.round(amount * unit) };
}
