import type { Texts } from '../index.ts';

const texts: Texts['inputs'] = {
  title: '입력',
};

export default texts;
