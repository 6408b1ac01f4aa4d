import { h } from './element.ts';
import type { OutagePicture } from './page-state.ts';
import { codeWords, durationWords, elapsedWords } from './words.ts';

export interface TimelineLabels {
  readonly node: HTMLElement;
  /** `start`: where the timeline begins. */
  update(now: number, start: number, outages: readonly OutagePicture[]): void;
}

const gapPx = 12;

/** Why and for how long, above each outage on the timeline; the later one is told where two would overlap. */
export function createTimelineLabels(): TimelineLabels {
  // The table that follows has the same for those who cannot see it.
  const node = h('div', { class: 'labels', 'aria-hidden': 'true' });
  return {
    node,
    update(now, start, outages) {
      const { clientWidth } = node;
      node.replaceChildren();
      let freeTo = clientWidth + gapPx;
      for (const outage of outages) {
        const end = outage.to ?? now;
        if (end <= start) break;
        const label = h('span', { class: outage.worst }, wordsOf(now, outage));
        node.append(label);
        const endPx = ((end - start) / (now - start)) * clientWidth;
        const right = Math.max(endPx, label.offsetWidth);
        if (right > freeTo - gapPx) {
          label.remove();
          continue;
        }
        label.style.left = `${(right - label.offsetWidth).toFixed(0)}px`;
        freeTo = right - label.offsetWidth;
      }
    },
  };
}

function wordsOf(now: number, { from, to, cause }: OutagePicture): string {
  const lasted = to === null ? elapsedWords(now - from) : durationWords(to - from);
  return `${codeWords(cause)}, ${lasted}`;
}
