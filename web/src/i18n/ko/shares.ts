import type { Texts } from '../index.ts';

const texts: Texts['shares'] = {
  title: '공유',
};

export default texts;
