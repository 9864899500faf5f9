// Interfaces, protocols, sockets.
import { chart, eachOf, line, MEGABIT, twoWays } from './chart-spec.ts';

const LOOPBACK = ['lo', 'lo0'];
const INTERFACE = 'interface';

export const NETWORK = chart(
  'network',
  'Network in and out',
  'Mbit/s',
  'network',
  twoWays(['in', 'out'], ['rx_bytes_per_second', 'tx_bytes_per_second'], { over: 'sum' }),
  { scale: MEGABIT, except: LOOPBACK, physical: true },
);

export const NETWORK_CHARTS = [
  eachOf(
    'network_bytes',
    'In and out by interface',
    'Mbit/s',
    'network',
    { tag: INTERFACE, field: 'rx_bytes_per_second', mirrored: 'tx_bytes_per_second' },
    { scale: MEGABIT, decimals: 2 },
  ),
  eachOf('network_packets', 'Packets in and out', 'a second', 'network', {
    tag: INTERFACE,
    field: 'rx_packets_per_second',
    mirrored: 'tx_packets_per_second',
  }),
  eachOf('network_errors', 'Errors in and out', 'a second', 'network', {
    tag: INTERFACE,
    field: 'rx_errors_per_second',
    mirrored: 'tx_errors_per_second',
  }),
  eachOf('network_drops', 'Dropped in and out', 'a second', 'network', {
    tag: INTERFACE,
    field: 'rx_dropped_per_second',
    mirrored: 'tx_dropped_per_second',
  }),
  chart(
    'tcp_connections',
    'TCP connections opened',
    'a second',
    'protocols',
    [
      line('by us', 'tcp_active_opens_per_second', 1),
      line('by others', 'tcp_passive_opens_per_second', 2),
      line('failed', 'tcp_failed_opens_per_second', 8),
      line('reset', 'tcp_resets_received_per_second', 4),
    ],
    { optional: true },
  ),
  chart(
    'tcp_trouble',
    'TCP trouble',
    'a second',
    'protocols',
    [
      line('retransmitted', 'tcp_retransmits_per_second', 2),
      line('timeouts', 'tcp_timeouts_per_second', 4),
      line('listen overflows', 'tcp_listen_overflows_per_second', 8),
      line('errors', 'tcp_errors_per_second', 5),
    ],
    { decimals: 2, optional: true },
  ),
  chart('tcp_retransmit', 'TCP retransmitted', '% of segments', 'protocols', [line('retransmitted', 'tcp_retransmit_percent', 1)], {
    decimals: 2,
    optional: true,
  }),
  chart(
    'tcp_segments',
    'TCP segments in and out',
    'a second',
    'protocols',
    twoWays(['in', 'out'], ['tcp_segments_received_per_second', 'tcp_segments_sent_per_second']),
    { decimals: 0, optional: true },
  ),
  chart(
    'udp',
    'UDP datagrams in and out',
    'a second',
    'protocols',
    [
      ...twoWays(['in', 'out'], ['udp_received_per_second', 'udp_sent_per_second']),
      line('errors', 'udp_errors_per_second', 8),
      line('no port', 'udp_no_port_per_second', 4),
    ],
    { optional: true },
  ),
  chart(
    'ip',
    'IP packets',
    'a second',
    'protocols',
    [
      ...twoWays(['in', 'out'], ['ip_received_per_second', 'ip_sent_per_second']),
      line('forwarded', 'ip_forwarded_per_second', 3),
      line('no route', 'ip_no_route_per_second', 8),
    ],
    { decimals: 0, optional: true },
  ),
  chart(
    'icmp',
    'ICMP messages',
    'a second',
    'protocols',
    [...twoWays(['in', 'out'], ['icmp_received_per_second', 'icmp_sent_per_second']), line('errors', 'icmp_errors_per_second', 8)],
    { decimals: 2, optional: true },
  ),
  chart(
    'sockets',
    'Sockets',
    '',
    'sockets',
    [
      line('used', 'used', 1),
      line('TCP', 'tcp_in_use', 2),
      line('UDP', 'udp_in_use', 3),
      line('time wait', 'tcp_time_wait', 4),
      line('orphans', 'tcp_orphan', 8),
    ],
    { decimals: 0, optional: true },
  ),
  chart(
    'tcp_states',
    'TCP connections by state',
    '',
    'sockets',
    [
      line('established', 'tcp_state_established', 1),
      line('listen', 'tcp_state_listen', 3),
      line('time wait', 'tcp_state_time_wait', 2),
      line('close wait', 'tcp_state_close_wait', 8),
      line('syn sent', 'tcp_state_syn_sent', 4),
    ],
    { decimals: 0, optional: true },
  ),
  chart(
    'softnet',
    'Packets taken by the kernel',
    'a second',
    'softnet',
    [line('processed', 'processed_per_second', 1), line('dropped', 'dropped_per_second', 8), line('squeezed', 'squeezed_per_second', 2)],
    { decimals: 0, optional: true },
  ),
  chart('conntrack', 'Tracked connections', '% of the limit', 'kernel', [line('tracked', 'tracked_connections_percent', 1)], {
    optional: true,
  }),
];
