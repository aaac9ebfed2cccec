import type { Texts } from '../index.ts';

const texts: Texts['settings'] = {
  title: 'あなた',
};

export default texts;
