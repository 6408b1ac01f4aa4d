import { h } from './element.ts';
import type { OutagePicture } from '../page-state.ts';
import { codeWords, durationWords, elapsedWords } from './words.ts';

export interface TimelineLabels {
  readonly node: HTMLElement;
  /** `start` is the time at the left end of the timeline. `outages` must be in the order latest first. */
  update(now: number, start: number, outages: readonly OutagePicture[]): void;
}

const gapPx = 12;

/**
 * Creates the labels above the timeline, which show the cause and duration of each outage. If two labels would overlap,
 * the label of the later outage is shown.
 */
export function createTimelineLabels(): TimelineLabels {
  // The labels are hidden from screen readers, because the table of outages contains the same information.
  const node = h('div', { class: 'labels', 'aria-hidden': 'true' });
  return {
    node,
    update(now, start, outages) {
      const { clientWidth } = node;
      node.replaceChildren();
      let freeTo = clientWidth + gapPx;
      const endOf = ({ to }: OutagePicture): number => (((to ?? now) - start) / (now - start)) * clientWidth;
      for (const [index, outage] of outages.entries()) {
        const endPx = endOf(outage);
        if (endPx <= 0) break;
        const older = outages[index + 1];
        // The label must lie to the right of the earlier outage; otherwise it would seem to describe that outage.
        const from = older === undefined ? 0 : Math.max(0, endOf(older));
        const label = h('span', { class: outage.worst });
        node.append(label);
        const hasRoom = wordsOf(now, outage).some((words) => {
          label.textContent = words;
          const right = Math.max(endPx, label.offsetWidth);
          return right <= freeTo - gapPx && right - label.offsetWidth >= from;
        });
        if (!hasRoom) {
          label.remove();
          continue;
        }
        freeTo = Math.max(endPx, label.offsetWidth) - label.offsetWidth;
        label.style.left = `${freeTo.toFixed(0)}px`;
      }
    },
  };
}

// Returns two labels for an outage: the full one, and a shorter one for when the full one does not fit.
function wordsOf(now: number, { from, to, cause }: OutagePicture): readonly string[] {
  const lasted = to === null ? elapsedWords(now - from) : durationWords(to - from);
  return [`${codeWords(cause)}, ${lasted}`, lasted];
}
