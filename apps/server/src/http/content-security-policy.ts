/** Of every page that this server gives out: nothing from elsewhere, no inline script. */
export const contentSecurityPolicy = [
  "default-src 'self'",
  "img-src 'self' data:",
  // Mantine, ECharts and Swagger UI set style attributes; scripts stay strict, so that their start is a file of its own.
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
