import type { MarkdownRenderer } from 'vitepress';

/** Lets a line end after a dot in a name, as in `admission.maxWaitingBytes`. */
export function breakableNames(markdown: MarkdownRenderer): void {
  const { code_inline: render } = markdown.renderer.rules;
  markdown.renderer.rules.code_inline = (...given) =>
    (render?.(...given) ?? '').replaceAll(/(?<=\w\.)(?=[a-zA-Z])/g, '<wbr>');
}
