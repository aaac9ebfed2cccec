export default {
  title: 'Search',
};
