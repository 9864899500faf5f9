// What TCP, UDP, IP and ICMP did, from /proc/net/snmp and netstat (Documentation/networking/snmp_counter.rst). TCP counts both families,
// the others IPv4 alone.
import { join } from 'node:path';
import { type Collector, perSecond, type RowSink, type Tick } from '../host/collector.ts';
import { HostFile, type HostRoots } from '../host/host-file.ts';
import { TickFiles } from '../host/tick-files.ts';
import { CounterPairs } from './counter-pairs.ts';

/** Field of the rate → counter of the kernel. */
const SNMP = {
  tcp_active_opens_per_second: 'Tcp.ActiveOpens',
  tcp_passive_opens_per_second: 'Tcp.PassiveOpens',
  tcp_failed_opens_per_second: 'Tcp.AttemptFails',
  tcp_resets_received_per_second: 'Tcp.EstabResets',
  tcp_resets_sent_per_second: 'Tcp.OutRsts',
  tcp_segments_received_per_second: 'Tcp.InSegs',
  tcp_segments_sent_per_second: 'Tcp.OutSegs',
  tcp_retransmits_per_second: 'Tcp.RetransSegs',
  tcp_errors_per_second: 'Tcp.InErrs',
  udp_received_per_second: 'Udp.InDatagrams',
  udp_sent_per_second: 'Udp.OutDatagrams',
  udp_no_port_per_second: 'Udp.NoPorts',
  udp_errors_per_second: 'Udp.InErrors',
  udp_receive_buffer_errors_per_second: 'Udp.RcvbufErrors',
  udp_send_buffer_errors_per_second: 'Udp.SndbufErrors',
  ip_received_per_second: 'Ip.InReceives',
  ip_sent_per_second: 'Ip.OutRequests',
  ip_forwarded_per_second: 'Ip.ForwDatagrams',
  ip_received_discarded_per_second: 'Ip.InDiscards',
  ip_sent_discarded_per_second: 'Ip.OutDiscards',
  ip_no_route_per_second: 'Ip.OutNoRoutes',
  icmp_received_per_second: 'Icmp.InMsgs',
  icmp_sent_per_second: 'Icmp.OutMsgs',
  icmp_errors_per_second: 'Icmp.InErrors',
} as const;

const NETSTAT = {
  tcp_listen_overflows_per_second: 'TcpExt.ListenOverflows',
  tcp_listen_drops_per_second: 'TcpExt.ListenDrops',
  tcp_timeouts_per_second: 'TcpExt.TCPTimeouts',
  tcp_syn_retransmits_per_second: 'TcpExt.TCPSynRetrans',
  tcp_backlog_drops_per_second: 'TcpExt.TCPBacklogDrop',
} as const;

const SNMP_COUNTERS = Object.values(SNMP);
const NETSTAT_COUNTERS = Object.values(NETSTAT);
const FIELDS = [...Object.keys(SNMP), ...Object.keys(NETSTAT)];
const SENT = FIELDS.indexOf('tcp_segments_sent_per_second');
const RETRANSMITTED = FIELDS.indexOf('tcp_retransmits_per_second');

export function createProtocolsCollector(roots: HostRoots, files = new TickFiles(roots)): Collector {
  const snmp = files.file('net/snmp');
  const netstat = new HostFile(join(roots.proc, 'net/netstat'));
  const snmpPairs = new CounterPairs(SNMP_COUNTERS);
  const netstatPairs = new CounterPairs(NETSTAT_COUNTERS);
  const row = new Float64Array(FIELDS.length + 1);
  let now = new Float64Array(FIELDS.length);
  let before = new Float64Array(FIELDS.length).fill(Number.NaN);
  let beforeMs = 0;
  return {
    measurement: 'protocols',
    tags: [],
    fields: [...FIELDS, 'tcp_retransmit_percent'],
    collect(rows: RowSink, tick: Tick): void {
      snmpPairs.read(snmp.read(tick), now, 0);
      netstatPairs.read(netstat.read(), now, SNMP_COUNTERS.length);
      const seconds = (tick.monotonicMs - beforeMs) / 1000;
      for (let i = 0; i < FIELDS.length; i++) row[i] = perSecond(now[i]!, before[i]!, seconds);
      const sent = row[SENT]!;
      row[FIELDS.length] = sent === 0 ? 0 : (row[RETRANSMITTED]! / sent) * 100;
      rows.add([], row);
      [now, before] = [before, now];
      beforeMs = tick.monotonicMs;
    },
    close(): void {
      snmp.close();
      netstat.close();
    },
  };
}
