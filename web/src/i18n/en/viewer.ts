export default {
  title: 'Picture',
};
