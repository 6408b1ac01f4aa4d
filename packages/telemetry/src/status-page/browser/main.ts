import { createBanner, worstOf } from './banner.ts';
import { createConnectionCard, type ConnectionCard } from './connection-card.ts';
import { byId, setAttribute, setText } from './element.ts';
import type { ConnectionPicture, PageState, StatusWord } from '../page-state.ts';
import { startStream } from './stream.ts';
import { startTheme } from './theme.ts';
import { durationWords, statusWords } from './words.ts';

const tickMs = 200;

startTheme(byId('theme'));
startPage();

function startPage(): void {
  const banner = createBanner(byId('banner'));
  const cards = new Map<string, ConnectionCard>();
  const statuses = new Map<string, StatusWord>();
  const pageTitle = document.title;
  let state: PageState | undefined;
  let token: string | null = null;
  let heardAt = 0;

  // Returns the time by the server's clock, because the clock of the browser may be wrong.
  const now = (): number => (state?.now ?? 0) + window.performance.now() - heardAt;

  function showAll(given: PageState): void {
    for (const picture of given.connections) {
      let card = cards.get(picture.name);
      if (card === undefined) {
        card = createConnectionCard(picture.name);
        cards.set(picture.name, card);
        byId('connections').append(card.node);
      }
      card.update(given.now, picture, token, given.connections.length === 1);
      announce(picture);
    }
    const worst = worstOf(given.connections);
    document.title =
      worst === undefined || worst.status === 'up' ? pageTitle : `(${worst.status}) ${pageTitle}`;
    banner.update(given.now, given);
  }

  function announce({ name, status, cause }: ConnectionPicture): void {
    const before = statuses.get(name);
    statuses.set(name, status);
    if (before === undefined || before === status) return;
    setText(byId('announcer'), `${name}: ${statusWords[status]}. ${cause?.message ?? ''}`);
  }

  startStream({
    onGreeting(greeting) {
      ({ token } = greeting);
    },
    onState(given) {
      state = given;
      heardAt = window.performance.now();
      setAttribute(document.body, 'data-live', 'yes');
      setText(byId('live'), 'Live');
      showAll(given);
    },
    onAway() {
      setAttribute(document.body, 'data-live', 'no');
    },
  });

  window.setInterval(() => {
    if (document.body.dataset['live'] === 'no') {
      const known = state === undefined ? '' : `; this was its state ${durationWords(now() - state.now)} ago`;
      setText(byId('live'), `The application does not answer${known}`);
      return;
    }
    if (state === undefined) return;
    banner.update(now(), state);
    for (const picture of state.connections) cards.get(picture.name)?.tick(now(), picture);
  }, tickMs);
}
