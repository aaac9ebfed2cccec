export default {
  title: 'Shares',
};
