import { setText } from './element.ts';

const themes = ['auto', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const storageKey = 'redis-status-theme';

/** Makes the button switch between the themes auto, light and dark. The choice is stored if the browser allows it. */
export function startTheme(button: HTMLElement): void {
  let theme = storedTheme();
  const show = (): void => {
    if (theme === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
    setText(button, `Theme: ${theme}`);
  };
  button.addEventListener('click', () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length] as Theme;
    show();
    try {
      window.localStorage.setItem(storageKey, theme);
    } catch {
      // Without storage, the choice lasts only as long as the page is open.
    }
  });
  show();
}

function storedTheme(): Theme {
  try {
    const stored = window.localStorage.getItem(storageKey);
    return themes.find((theme) => theme === stored) ?? 'auto';
  } catch {
    return 'auto';
  }
}
