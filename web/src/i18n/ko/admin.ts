import type { Texts } from '../index.ts';

const texts: Texts['admin'] = {
  title: '관리',
};

export default texts;
