/**
 * Is told the news of a part that it owns. Sockets and timers report from below, where no caller waits for a return
 * value. The owner passes itself and not a closure, because closures for each report would add several KiB to each
 * connection.
 */
export interface Listener<News> {
  onNews(news: News): void;
}
