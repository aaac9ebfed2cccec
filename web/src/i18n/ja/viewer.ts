import type { Texts } from '../index.ts';

const texts: Texts['viewer'] = {
  title: '画像',
};

export default texts;
