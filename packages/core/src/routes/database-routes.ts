import type { Destination } from '../connection/target-of.ts';
import type { Driver } from '../driver/driver.ts';
import type { Database } from './database.ts';
import type { Route } from './route.ts';

/**
 * Returns a function that returns the client's route to the database of the given name or, without a name, to the
 * database that `inUse` names. The route to each database is made only once.
 */
export function databaseRoutes(
  driver: Driver,
  databases: readonly Database[],
  inUse: () => string,
  makeRoute: (destination: Destination, database: Database) => Route,
): (name?: string) => Route {
  const routes = new Map<string, Route>();
  return (name = inUse()) => {
    const known = routes.get(name);
    if (known !== undefined) return known;
    const database = databases.find((each) => each.name === name) as Database;
    const route = makeRoute(destinationOf(database, driver), database);
    routes.set(name, route);
    return route;
  };
}

/** Returns an object whose `route` is always the route to this database, which is made when it is first needed. */
export function routeOf(routeTo: (name?: string) => Route, name: string): { readonly route: Route } {
  return {
    get route() {
      return routeTo(name);
    },
  };
}

/**
 * Returns the destination for a Redis database. If the application has selected a database number with SELECT, that
 * number also applies on this server.
 */
function destinationOf({ options }: Database, driver: Driver): Destination {
  return {
    options,
    get database() {
      const isSelected = driver.database !== numberOf(driver.options);
      return isSelected ? driver.database : numberOf(options);
    },
    speaksResp3: () => driver.speaksResp3(),
  };
}

function numberOf(options: Readonly<Record<string, unknown>>): number {
  return Number(options['db'] ?? 0);
}
