export default {
  title: 'Administration',
};
