// The child's program where the agent runs from its sources.
import { answerStatfs } from './statfs-child.ts';

await answerStatfs();
