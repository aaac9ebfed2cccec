export default {
  title: 'Pictures',
};
