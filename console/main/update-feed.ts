// What an update feed says, checked: a version, and a page on the feed's own site to get it from.
import { MusterError } from '../../core/common/muster-error.ts';
import { VERSION_PATTERN } from '../../core/common/version-order.ts';

export interface Release {
  version: string;
  url: string;
}

/** Throws `malformed` where it is no feed of ours. */
export function parseFeed(feed: string, text: string): Release {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MusterError('malformed', `the update feed ${feed} holds no JSON: check its address`);
  }
  const { version, url } = (value ?? {}) as Record<string, unknown>;
  if (typeof version !== 'string' || !VERSION_PATTERN.test(version) || typeof url !== 'string') {
    throw new MusterError('malformed', `the update feed ${feed} must name version, as 1.2.3, and url`);
  }
  const page = addressOf(url);
  if (page === undefined || page.protocol !== 'https:' || page.origin !== new URL(feed).origin || page.username !== '') {
    throw new MusterError('malformed', `the update feed ${feed} names a page on another site, which is not opened`);
  }
  return { version, url: page.href };
}

function addressOf(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}
