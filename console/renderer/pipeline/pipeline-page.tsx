export default function PipelinePage(_: object) {
  return null;
}
