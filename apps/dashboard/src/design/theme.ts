import { createTheme, type CSSVariablesResolver } from '@mantine/core';

/**
 * One dark scale of our own: Mantine's default fails WCAG AA for dimmed text, placeholders and light variants.
 * Index 0 is text, 2 dimmed text (7.6:1 on the page), 4 borders, 6 raised surfaces, 7 the page.
 */
const dark = [
  '#e6eaf0',
  '#c6ced9',
  '#a3adba',
  '#8a95a3',
  '#333d49',
  '#28313b',
  '#1a212a',
  '#11161d',
  '#0c1015',
  '#07090c',
] as const;

const blue = [
  '#e7f5ff',
  '#d0ebff',
  '#a5d8ff',
  '#74c0fc',
  '#4dabf7',
  '#339af0',
  '#228be6',
  '#1c7ed6',
  '#1971c2',
  '#1864ab',
] as const;

export const theme = createTheme({
  colors: { dark, blue },
  primaryColor: 'blue',
  // One shade for both schemes: white on it is 6.1:1, and autoContrast is wrong with a shade per scheme.
  primaryShade: 9,
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  headings: { fontWeight: '600' },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'xs', variant: 'default' } },
    ActionIcon: { defaultProps: { size: 'md', variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', checkIconPosition: 'right' } },
    NativeSelect: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true, multiline: true, maw: 320 } },
    Badge: { defaultProps: { variant: 'default', size: 'sm', radius: 'sm', tt: 'none', fw: 500 } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close the message' } } },
    // Inside the landmark that opened them, and not at the end of the document.
    Menu: { defaultProps: { withinPortal: false, withInitialFocusPlaceholder: false } },
    Popover: { defaultProps: { withinPortal: false } },
    Tabs: { defaultProps: { keepMounted: false } },
  },
});

/** Colours that carry state. Each has at least 4.5:1 on the page and on raised surfaces of its scheme. */
const stateColors = {
  light: { failing: '#c92a2a', risk: '#9a4500', ok: '#08735a', change: '#6741d9', data: '#1864ab', muted: '#52606d' },
  dark: { failing: '#ff8787', risk: '#ffb65c', ok: '#38d9a9', change: '#bda8ff', data: '#74c0fc', muted: '#a3adba' },
} as const;

export type StateColor = keyof (typeof stateColors)['dark'];

function schemeVariables(scheme: 'light' | 'dark'): Record<string, string> {
  const isDark = scheme === 'dark';
  const variables: Record<string, string> = {
    '--mantine-color-dimmed': stateColors[scheme].muted,
    '--mantine-color-placeholder': isDark ? '#8f9aa8' : '#66717d',
    '--mantine-color-anchor': stateColors[scheme].data,
    '--mantine-color-error': stateColors[scheme].failing,
    '--mantine-color-text': isDark ? dark[0] : '#15191e',
    '--mantine-color-gray-light-color': isDark ? '#c6ced9' : '#3d4852',
    '--mantine-color-gray-text': isDark ? '#c6ced9' : '#3d4852',
    '--mantine-color-blue-light-color': stateColors[scheme].data,
    '--mantine-color-red-text': stateColors[scheme].failing,
    '--mantine-color-default-border': isDark ? dark[4] : '#d3d9df',
    '--surface': isDark ? dark[6] : '#ffffff',
    '--page': isDark ? dark[7] : '#f6f7f9',
    '--sunken': isDark ? dark[8] : '#eef0f3',
    '--line': isDark ? dark[5] : '#dfe3e8',
    '--hover': isDark ? '#222b35' : '#eef2f6',
    '--selected': isDark ? '#1b2f42' : '#e3effb',
  };
  for (const [name, value] of Object.entries(stateColors[scheme])) {
    variables[`--state-${name}`] = value;
    variables[`--state-${name}-soft`] = `color-mix(in srgb, ${value} ${isDark ? 16 : 10}%, transparent)`;
  }
  variables['--mantine-color-body'] = variables['--page'] as string;
  return variables;
}

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: schemeVariables('light'),
  dark: schemeVariables('dark'),
});

/** The value of a design token as the page now shows it; canvas charts cannot read CSS variables themselves. */
export function readToken(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
