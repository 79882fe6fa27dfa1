// Runs before the first paint, so that neither theme nor language flickers. Not a module: modules run later.
(() => {
  const remembered = (name) => {
    try {
      return localStorage.getItem(`atalaya.${name}`);
    } catch {
      return null; // storage may be forbidden
    }
  };
  const root = document.documentElement;
  const theme = remembered('theme');
  if (theme === 'light' || theme === 'dark') {
    root.dataset.theme = theme;
  }
  const language = remembered('language') ?? navigator.language ?? 'en';
  root.lang = language.toLowerCase().startsWith('es') ? 'es' : 'en';
})();
