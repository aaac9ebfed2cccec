import type { Texts } from '../index.ts';

const texts: Texts['viewer'] = {
  title: '그림',
};

export default texts;
