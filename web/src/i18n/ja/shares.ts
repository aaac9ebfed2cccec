import type { Texts } from '../index.ts';

const texts: Texts['shares'] = {
  title: '共有',
};

export default texts;
