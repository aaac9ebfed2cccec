import type { Texts } from '../index.ts';

const texts: Texts['find'] = {
  title: '검색',
};

export default texts;
