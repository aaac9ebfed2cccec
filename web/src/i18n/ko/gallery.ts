import type { Texts } from '../index.ts';

const texts: Texts['gallery'] = {
  title: '그림',
};

export default texts;
