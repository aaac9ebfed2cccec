import { describe, expect, it } from 'vitest';
import { actionTextKey, actorTextKey } from '../../../../web/src/settings/access-words.ts';

describe('words of the access log', () => {
  it('knows what the server writes', () => {
    expect(actionTextKey('purge-trash')).toBe('purge');
    expect(actionTextKey('recovery-code')).toBe('recoveryCode');
    expect(actorTextKey('admin')).toBe('admin');
  });

  it('leaves what it does not know to be shown as it is', () => {
    expect(actionTextKey('something-new')).toBeUndefined();
    expect(actionTextKey('constructor')).toBeUndefined();
    expect(actorTextKey('toString')).toBeUndefined();
  });
});
