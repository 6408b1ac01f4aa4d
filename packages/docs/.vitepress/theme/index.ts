import DefaultTheme from 'vitepress/theme';
import './readable.css';

export { DefaultTheme as default };
