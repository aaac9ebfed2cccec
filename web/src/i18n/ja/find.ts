import type { Texts } from '../index.ts';

const texts: Texts['find'] = {
  title: '検索',
};

export default texts;
