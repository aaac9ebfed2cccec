export default {
  title: 'Inputs',
};
