"""PIE in small: videos of 40 s, 1200 frames of 12 rows and 20 columns, with two pedestrians and a traffic light.

The first pedestrian has boxes on frames 0 to 9, the second on 5 to 7 and 450 to 451; then both are outside.
"""

from pathlib import Path

FRAMES = 1200


def box(frame, person, *, left, outside=0, occlusion="none") -> str:
    return (
        f'<box frame="{frame}" keyframe="1" outside="{outside}" occluded="0" '
        f'xtl="{left}.5" ytl="2.0" xbr="{left + 4}.5" ybr="11.0">'
        f'<attribute name="id">{person}</attribute><attribute name="occlusion">{occlusion}</attribute>'
        '<attribute name="action">walking</attribute></box>'
    )


def track(boxes, *, label="pedestrian") -> str:
    return f'<track label="{label}">{"".join(boxes)}</track>'


def annotations(tracks, *, frames=FRAMES) -> str:
    size = "<original_size><width>20</width><height>12</height></original_size>"
    meta = f"<meta><task><size>{frames}</size>{size}</task></meta>"
    return f'<?xml version="1.0"?><annotations><version>1.1</version>{meta}{"".join(tracks)}</annotations>'


def usual_tracks() -> list[str]:
    first = [box(frame, "1_1_8", left=frame, occlusion="part" if frame > 5 else "none") for frame in range(10)]
    second = [box(frame, "1_1_9", left=12, occlusion="full") for frame in (5, 6, 7, 450, 451)]
    gone = [box(10, "1_1_8", left=10, outside=1)]
    light = track([box(0, "1_1_2tl", left=1)], label="traffic_light")
    return [light, track(first + gone), track([*second, box(452, "1_1_9", left=12, outside=1)])]


def write_annotation(root: Path, set_name: str, video_name: str, text: str) -> Path:
    path = root / "annotations" / set_name / f"{video_name}_annt.xml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def write_pie(root: Path, videos=("set01/video_0001",)) -> Path:
    for name in videos:
        write_annotation(root, *name.split("/"), annotations(usual_tracks()))
    return root
