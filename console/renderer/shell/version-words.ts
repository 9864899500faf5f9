// What it means that page, host and gateway are of several versions. Pure.
import { isNewer } from '../../../core/common/version-order.ts';

export interface Versions {
  /** As this page was built. */
  page: string;
  /** Of the program that serves it; undefined where it does not say. */
  host: string | undefined;
  /** Empty where it does not say, or has not answered. */
  gateway: string;
}

/** Empty where nothing is to be done. A newer console knows what an older gateway says. */
export function versionWords({ page, host, gateway }: Versions): string {
  if (host === undefined || isNewer(page, host)) {
    return `This page is of version ${page}, and the console's own program is of ${host ?? 'an earlier one'}: start that program anew.`;
  }
  if (isNewer(host, page)) return `This page is of version ${page}, and the console's own program is of ${host}: load the page anew.`;
  if (gateway === '' || !isNewer(gateway, page)) return '';
  return `This console is of version ${page}, and the gateway is of ${gateway}: what only the newer one knows is missing here. Install the console of ${gateway}.`;
}
