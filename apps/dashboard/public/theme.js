// Sets the colour scheme before the first paint. A file and not an inline script: the content security policy forbids those.
(function () {
  var stored = null;
  try {
    stored = localStorage.getItem('plimsoll-color-scheme');
  } catch {
    // Storage may be blocked; the operating system's choice is used then.
  }
  var dark = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
  var scheme = stored === 'light' || stored === 'dark' ? stored : dark;
  document.documentElement.setAttribute('data-mantine-color-scheme', scheme);
})();
