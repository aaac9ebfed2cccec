export default {
  title: 'You',
};
