/**
 * The owner of an object, such as a socket, to which that object reports events. Events start in sockets and timers,
 * where there is no caller to which a function could return a value. The owner passes itself to the object, instead of
 * a closure for each kind of event, because such closures would add several KiB to each connection.
 */
export interface Listener<News> {
  onNews(news: News): void;
}
